/** Names of form fields that the pages write and the forms' readers read. */

export const formTokenField = 'form_token'
