/** One request, for a log. Nothing of its content is in it. */
export interface LogEntry {
  readonly time: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly ms: number
  readonly items?: number | undefined
  /** The message of an error, with the cause that the client is not told. */
  readonly error?: string | undefined
}
