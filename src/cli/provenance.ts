/** Where a file comes from: the first lines of what is written beside or inside every result. */
import { version } from './common.ts'

/** What made it, and of which model; more follows. */
export function provenanceOf(
  command: string,
  model: string,
  { meta }: { readonly meta: { readonly save?: string | undefined } },
): {
  readonly tweedie: string
  readonly command: string
  readonly model: string
  readonly save: string | null
} {
  return { tweedie: version, command, model, save: meta.save ?? null }
}
