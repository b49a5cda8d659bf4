/** Names of form fields, shared by the pages and the handlers of their forms. */

export const formTokenField = 'form_token'

/** `link` in a form that the node prefilled from an address, whose code was not typed. Other sites cannot submit our forms, so it cannot be forged. */
export const codeEntryField = 'code_entry'

/** On the confirm page: the code that the person typed from the terminal. */
export const typedCodeField = 'typed_code'
