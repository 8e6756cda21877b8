/** Answers to a damaged picture, drawn one set at a time. */
import { signal } from '@preact/signals'
import type { RemoteModel } from '../../../app/web/worker/remote-model.ts'
import { saidOf } from '../../said.ts'
import { holeOf, keepSeen, type Picture, summary } from './damage.ts'
import { edits, requestOf } from './request.ts'
import type { RestoreSettings } from './settings.ts'

/** Answers, with what they are to. */
export interface Answers {
  /** `[n, channels, height, width]` in [−1, 1]. */
  readonly data: Float32Array
  readonly count: number
  readonly mean: Float32Array
  readonly deviation: Float32Array
  readonly seconds: number
  readonly howText: string
  /** What was asked, to tell whether something else is chosen now. */
  readonly key: string
  /** Whether pixels outside of a hole were kept. */
  readonly kept: boolean
}

export type Work =
  | { readonly state: 'idle' }
  | { readonly state: 'working'; readonly share: number | undefined }
  | { readonly state: 'failed'; readonly problem: string }

export const keyOf = (settings: RestoreSettings): string => JSON.stringify(settings)

/** The answers of one model. */
export function answersOf(model: RemoteModel) {
  const answers = signal<Answers | undefined>(undefined)
  const work = signal<Work>({ state: 'idle' })
  let controller: AbortController | undefined
  return {
    answers,
    work,
    stop(): void {
      controller?.abort()
      controller = undefined
      if (work.value.state === 'working') work.value = { state: 'idle' }
    },
    async ask(settings: RestoreSettings, picture: Picture): Promise<void> {
      controller?.abort()
      const mine = new AbortController()
      controller = mine
      const start = performance.now()
      work.value = { state: 'working', share: undefined }
      try {
        const drawn = await model[edits(settings) ? 'edit' : 'restore'](picture.data.slice(), {
          ...requestOf(settings, picture),
          signal: mine.signal,
          onProgress: ({ done, total }) => {
            if (!mine.signal.aborted && total > 0) work.value = { state: 'working', share: done / total }
          },
        })
        if (mine.signal.aborted) return
        const made = Float32Array.from(drawn.values.data as Float32Array, within)
        const hole = holeOf(settings, picture.shape)
        const data = hole === undefined ? made : keepSeen(picture, hole, made)
        answers.value = {
          data,
          count: drawn.count,
          ...summary(data, picture.data.length),
          seconds: (performance.now() - start) / 1000,
          howText: drawn.howText,
          key: keyOf(settings),
          kept: hole !== undefined,
        }
        work.value = { state: 'idle' }
      } catch (error) {
        if (!mine.signal.aborted) {
          work.value = { state: 'failed', problem: saidOf(error) }
        }
      }
    },
  }
}

const within = (x: number): number => Math.min(1, Math.max(-1, x))

export type Asking = ReturnType<typeof answersOf>
