/** `tweedie merge`: joins shards into what one process would have made. */
import type { Command } from 'commander'
import type { Merged } from '../app/node/shards/merge-shards.ts'
import { gridOptions } from '../families/draw-options.ts'
import type { OwnParts } from '../families/family.ts'
import { engineOptions } from '../families/options.ts'
import { options, type OptionValues, real, text } from '../options.ts'
import { command, type CommonOptions, note } from './common.ts'
import { outputOptions } from './draw-command.ts'

const general = options({
  out: { ...outputOptions.out, help: 'the result (default: as the shards say)' },
  force: outputOptions.force,
  model: { flags: '--model <folder>', help: "the model's folder, if it is not where the shards say", parse: text },
  wait: {
    flags: '--wait <minutes>',
    help: 'wait for shards that are not there yet (default: they are missing)',
    parse: real({ min: 0 }),
  },
  ...gridOptions,
})

interface MergeValues extends CommonOptions {
  readonly columns?: number
  readonly scale?: number
  readonly threads?: number
  readonly out?: string
  readonly force?: boolean
  readonly model?: string
  readonly wait?: number
}

/** The command. */
export function mergeCommand(own: OwnParts = {}): Command {
  const made = command('merge', 'join shards into what one process makes', {
    args: [['<shards>', 'the folder that --shard wrote: OUT.shards']],
    tables: [general, { threads: engineOptions.threads }],
    examples: [
      ['tweedie merge all.npy.shards', 'samples as one file: all.npy'],
      ['tweedie merge all.npy.shards -o grid.png --columns 64', 'the same as a picture'],
      ['tweedie merge figures.json.shards', 'the figures of an evaluation'],
    ],
  })
  return made.action((folder: string, values: MergeValues) => run(folder, values, made, own))
}

async function run(folder: string, values: MergeValues, made: Command, own: OwnParts): Promise<void> {
  const [{ mergeShards }, { attended }] = await Promise.all([
    import('../app/node/shards/merge-shards.ts'),
    import('./watched.ts'),
  ])
  const { out, force, model, wait, columns, scale, threads } = values
  const asked = Object.entries({ columns, scale, threads }).filter(([, value]) => value !== undefined)
  const { result: merged, seconds } = await attended('the merge', values, (watch) =>
    mergeShards(folder, { out, force, model, wait, own, options: Object.fromEntries(asked), ...watch }),
  )
  await show(merged, { ...values, out: merged.out } as OptionValues, made, seconds)
  note(`of ${merged.shards} shards`, values)
}

const nouns = { sample: 'samples', restore: 'answers', edit: 'pictures' } as const

/** Prints what the command prints. */
async function show(merged: Merged, values: OptionValues, made: Command, seconds: number): Promise<void> {
  const { command: name, result, place } = merged
  if (name === 'eval') return (await import('./eval.ts')).showJudgement(result, values, made, seconds)
  if (name === 'predict') return (await import('./predict.ts')).showPredicted(result, values, made, seconds)
  if (name === 'assimilate') return (await import('./assimilate.ts')).showAssimilated(result, place, values, seconds)
  const { showMade } = await import('./show-made.ts')
  showMade(result, values, { noun: nouns[name], seconds })
}
