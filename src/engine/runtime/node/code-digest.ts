/** Written in by the build. */
declare const CODE_DIGEST: string | undefined

/**
 * A digest of this package's sources, in the built package; undefined when running from sources, which may change from
 * run to run.
 */
export const codeDigest: string | undefined = typeof CODE_DIGEST === 'undefined' ? undefined : CODE_DIGEST
