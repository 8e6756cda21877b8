/** A reader under trial: small valid inputs, and what reads them. */
export interface Reader {
  readonly name: string
  /** Small valid inputs; they are made when the reader is first tried. */
  readonly seeds: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>
  /** Reads; the result does not matter. */
  readonly read: (bytes: Uint8Array) => unknown
  /** How many inputs of a campaign are for it, relative to others; default 1. What decodes pictures is slow. */
  readonly share?: number
}

export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text)
