/** Names of form fields that the pages write and the forms' readers read. */

export const formTokenField = 'form_token'

/** `link` on a form that the node filled in from an address: its code was not typed by hand. No other site can send a form of ours. */
export const codeEntryField = 'code_entry'

/** On the confirm page: the code, typed from the terminal. */
export const typedCodeField = 'typed_code'
