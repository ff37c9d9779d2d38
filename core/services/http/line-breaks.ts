/**
 * Browsers send the line breaks of a form's text as CRLF, which breaks keys and configuration files.
 * @returns the text with LF instead, unless only some of its line breaks are CRLF: then it is as somebody meant it
 */
export const withoutFormLineBreaks = (text: string): string =>
  /(?<!\r)\n|\r(?!\n)/.test(text) ? text : text.replaceAll("\r\n", "\n");
