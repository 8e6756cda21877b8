/** What went wrong, as text for the page. */

/** An error as a sentence or two: what is wrong, and what to do. */
export function saidOf(error: unknown): string {
  const { message, hint } = (error ?? {}) as { readonly message?: string; readonly hint?: string }
  const said = message ?? String(error)
  return [said, ...(hint === undefined || hint === '' ? [] : [hint])].map(sentence).join(' ')
}

/** A text with a full stop behind it; its first letter stays, since it may be a name. */
function sentence(text: string, i: number): string {
  const begun = i === 0 ? text : text[0]!.toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`
}
