/// <reference path="../../globals.d.ts" preserve="true" />
/**
 * The worker's own module: everything that computes runs in it. A page connects to it with `connect` of `tweedie/web`.
 *
 * @example
 * const worker = new Worker(new URL('tweedie/web/worker', import.meta.url), { type: 'module' })
 */
import { serveWorker } from './worker/serve-worker.ts'

// Anywhere else than in a worker, loading it does nothing.
const scope = globalThis as unknown as { readonly DedicatedWorkerGlobalScope?: unknown }
if (scope.DedicatedWorkerGlobalScope !== undefined)
  serveWorker(globalThis as unknown as Parameters<typeof serveWorker>[0])
