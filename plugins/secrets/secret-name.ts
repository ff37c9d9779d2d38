/** What nearly every program takes as the name of a variable. */
export const secretNameForm = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** @returns whether there can be a secret of this name */
export const isSecretName = (name: string): boolean => secretNameForm.test(name);
