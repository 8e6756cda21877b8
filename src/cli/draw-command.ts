/** What the commands that draw have in common: where results go, and how work is asked for and shown. */
import type { Command } from 'commander'
import type { Made, MakeRequest } from '../app/node/make.ts'
import { drawOptions } from '../families/draw-options.ts'
import { engineOptions } from '../families/options.ts'
import type { CommandName, OwnParts, Setting } from '../families/family.ts'
import { familiesOf, type Opened } from '../families/registry.ts'
import { options, type OptionTable, type OptionValues, text } from '../options.ts'
import { command } from './common.ts'
import { addOptions, familyTables, refuseForeign } from './derive.ts'
import { liveText } from './live-text.ts'

/** Where results go. */
export const outputOptions = options({
  out: {
    flags: '-o, --out <path>',
    help: '.png, .jpg, .webp: a grid; .npy: the values; a folder: one file each; of text .txt, .json',
    parse: text,
  },
  force: { flags: '--force', help: 'write over files that exist', group: 'General' },
})

/** A command with the options of all families that have it. */
export function drawCommand(
  name: CommandName,
  summary: string,
  args: readonly (readonly [argument: string, help: string])[],
  general: OptionTable,
  own: OwnParts,
): Command {
  const made = command(name, summary)
  for (const [argument, help] of args) made.argument(argument, help)
  return addOptions(made, [general, ...familyTables(name, familiesOf(own)), drawOptions, engineOptions])
}

/** One piece of work: the model is opened, options of other families are refused, and the result is shown. */
export async function runDraw(
  name: CommandName,
  place: string,
  values: OptionValues,
  {
    what,
    noun,
    general,
    own,
    work,
  }: {
    /** For the message where it is stopped: `the restoration`. */
    readonly what: string
    readonly noun: string
    /** The command's own options. */
    readonly general: OptionTable
    readonly own: OwnParts
    readonly work: (opened: Opened, request: MakeRequest) => Promise<Made>
  },
): Promise<void> {
  const [{ openFolder }, { attended }, { showMade }] = await Promise.all([
    import('../app/node/open-folder.ts'),
    import('./watched.ts'),
    import('./show-made.ts'),
  ])
  const opened = await openFolder(place, own)
  refuseForeign(name, values, [general, drawOptions], opened.entry, familiesOf(own))
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

/** Text appears as it comes to be, where there is text; of everything else the progress is shown. */
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
