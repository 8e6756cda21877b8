/** Progress, previews and the result of one request as server-sent events. */
import type { Drawn, Progress } from '../../../families/family.ts'
import { encodePng } from '../../../files/io/png.ts'
import { base64, madeOf } from './answers.ts'
import { problemOf } from './problem.ts'

/** The least time between two previews, in milliseconds. */
const previewMs = 250

/** How a stream is watched. */
export interface StreamOptions {
  readonly signal: AbortSignal
  /** Called where the client leaves before the end. */
  readonly onLeft: () => void
  /** Called at its end, with what was made if anything was. */
  readonly onDone: (drawn: Drawn | undefined) => void
}

/**
 * A stream of events: `progress` (`{ phase, done, total, unit?, step?, png? }`), then `result` (as the JSON answer) or `error` (problem
 * details).
 */
export function eventStream(
  work: (watch: { readonly onProgress: (progress: Progress) => void }) => Promise<Drawn>,
  { signal, onLeft, onDone }: StreamOptions,
): Response {
  const encoder = new TextEncoder()
  let closed = false
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (event: string, data: unknown): void => {
        if (!closed) controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
      }
      let shown = 0
      let made: Drawn | undefined
      try {
        made = await work({
          onProgress({ step, ...progress }) {
            const now = performance.now()
            // a slow reader gets fewer previews, and nothing piles up
            const due = step !== undefined && now - shown > previewMs && (controller.desiredSize ?? 1) > 0
            if (due) shown = now
            const raster = due ? step.view().raster?.() : undefined
            const { index, total, time } = step ?? {}
            send('progress', {
              ...progress,
              ...(step && { step: { index, total, time } }),
              ...(raster && { png: base64(encodePng(raster)) }),
            })
          },
        })
        send('result', await madeOf(made))
      } catch (error) {
        if (!signal.aborted || problemOf(error).code !== 'gone') send('error', problemOf(error))
      } finally {
        onDone(made)
        if (!closed) controller.close()
        closed = true
      }
    },
    cancel() {
      closed = true
      onLeft()
    },
  })
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}
