/** Bytes, or numbers, that came in parts, as one. */

/** The parts one after another. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joinInto(new Uint8Array(lengthOf(parts)), parts)
}

/** The same of numbers. */
export function joinFloats(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  return joinInto(new Float32Array(lengthOf(parts)), parts)
}

const lengthOf = (parts: readonly { readonly length: number }[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0)

function joinInto<Part extends { readonly length: number }, All extends { set(part: Part, at: number): void }>(
  all: All,
  parts: readonly Part[],
): All {
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
