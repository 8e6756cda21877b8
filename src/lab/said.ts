/** What went wrong, as text for the page. */

/** An error as a sentence or two: what is wrong, and what to do. */
export function saidOf(error: unknown): string {
  const { message, hint } = (error ?? {}) as { readonly message?: string; readonly hint?: string }
  const said = message ?? String(error)
  return [stopped(said), ...(hint === undefined || hint === '' ? [] : [stopped(begun(hint))])].join(' ')
}

/** A remark as a sentence. */
export const sentence = (text: string): string => stopped(/^[a-z]+ (?![=:])/.test(text) ? begun(text) : text)

const begun = (text: string): string => text[0]!.toUpperCase() + text.slice(1)

/** With a full stop behind it; its first letter stays, since it may be a name. */
const stopped = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`)
