/** Other work while a session is made. */

/** How work went that was done meanwhile. */
export interface Meanwhile {
  /** Does it; nothing is thrown here, where something is still being made. */
  begin(): void
  /** Throws what went wrong with it, as it is, once what was being made is done and released. */
  check(release: () => unknown): void
}

/** Work to be done meanwhile, whose errors are its own and not those of what is made. */
export function meanwhileOf(work: (() => void) | undefined): Meanwhile {
  let failed: { readonly error: unknown } | undefined
  return {
    begin() {
      try {
        work?.()
      } catch (error) {
        failed = { error }
      }
    },
    check(release) {
      if (failed === undefined) return
      release()
      throw failed.error
    },
  }
}
