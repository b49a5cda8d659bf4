/** Names of form fields that the pages write and the forms' readers read. */

export const formTokenField = 'form_token'

/** `typed` on a form that the node sent out empty: its code was typed by hand. No other site can send or fill in a form of ours. */
export const codeEntryField = 'code_entry'

/** On the confirm page: the code, typed from the terminal. */
export const typedCodeField = 'typed_code'
