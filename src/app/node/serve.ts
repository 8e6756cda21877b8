/** Serves models over HTTP. What does that is loaded when it is called. */
import type { ServeOptions, Serving } from './serve/serve-options.ts'

/**
 * Serves models until it is closed.
 *
 * @throws TweedieError `usage` for a port that is taken or names that are used twice, `model` for a folder that is not there
 * @example
 * await using server = await serveModels({ models: ['runs/icons'] })
 * const response = await fetch(`${server.url}v1/models/icons/draw`, { method: 'POST', body: '{"count": 4}' })
 */
export async function serveModels(options: ServeOptions): Promise<Serving> {
  return (await import('./serve/serve-models.ts')).serveModels(options)
}
