/** What the commands that draw do: the model is opened, the work is watched, and the result is shown. */
import { stat } from 'node:fs/promises'
import type { EachWork } from '../app/node/each-item.ts'
import type { Made, MakeRequest } from '../app/node/make.ts'
import { drawOptions } from '../families/draw-options.ts'
import type { OwnParts, Setting } from '../families/family.ts'
import type { Opened } from '../families/registry.ts'
import { TweedieError } from '../errors.ts'
import { once } from '../once.ts'
import type { OptionTable, OptionValues } from '../options.ts'
import { liveText } from './live-text.ts'
import { openModel } from './open-model.ts'
import { showMade } from './show-made.ts'
import { attended } from './watched.ts'

/** One piece of work: the model is opened, options of other families are refused, and the result is shown. */
export async function runDraw(
  name: 'sample' | 'restore' | 'edit',
  place: string,
  values: OptionValues,
  {
    what,
    noun,
    general,
    own,
    input,
    each,
    work,
  }: {
    /** For the message when it is stopped: `the restoration`. */
    readonly what: string
    readonly noun: string
    /** The command's own options. */
    readonly general: OptionTable
    readonly own: OwnParts
    /** The file that it works on. */
    readonly input?: string
    /** The same work on each picture of a folder. */
    readonly each?: EachWork
    readonly work: (opened: Opened, request: MakeRequest) => Promise<Made>
  },
): Promise<void> {
  const tables = [general, drawOptions]
  const open = once(() => openModel(name, place, values, tables, own))
  if (each && input !== undefined && (await stat(input).catch(() => undefined))?.isDirectory()) {
    const { isFolderOfItems } = await import('../app/node/each-item.ts')
    const { runEach } = await import('./run-each.ts')
    if (isFolderOfItems(await open())) return runEach(await open(), input, values, { what, place, own, work: each })
  }
  if (values.missing === true) {
    throw new TweedieError('usage', '`missing` is for a folder of pictures', { hint: '`force` writes over a file' })
  }
  if (values.shard !== undefined) {
    return (await import('./shard.ts')).runShard(name, place, values, { general: tables, own, input })
  }
  const opened = await open()
  using live = liveText(process.stdout)
  const { result, seconds } = await attended(what, values, ({ onProgress, ...watch }) =>
    work(opened, {
      place,
      own,
      ...(values as Pick<MakeRequest, 'out' | 'trajectory' | 'force'>),
      ...watch,
      onProgress: showsText(values) ? orText(onProgress, (shown) => live.show(shown)) : onProgress,
    }),
  )
  live.clear()
  showMade(result, values, { noun, seconds })
}

type OnProgress = Setting['onProgress']

/** Text is shown while it is sampled; for everything else a progress bar is shown. */
function orText(onProgress: OnProgress, show: (text: string) => void): OnProgress {
  return (progress) => {
    const view = progress.step?.view()
    if (view?.texts && !view.raster) show(view.texts().join('\n\n'))
    else onProgress?.(progress)
  }
}

function showsText({ json, quiet }: OptionValues): boolean {
  return process.stdout.isTTY && json !== true && quiet !== true
}
