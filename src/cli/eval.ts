/** `tweedie eval`: judges a model by its samples, and by the likelihood of data. */
import type { Command } from 'commander'
import { openOptions } from '../app/open-options.ts'
import { judgeOptions } from '../families/options.ts'
import type { Judgement, OwnParts } from '../families/family.ts'
import { familiesOf } from '../families/registry.ts'
import { options, type OptionValues, text } from '../options.ts'
import { asTyped } from './as-typed.ts'
import { command, duration, note, print, printJson, safe } from './common.ts'
import { familyTables } from './derive.ts'
import { outputOptions } from './draw-command.ts'
import { shardOptions } from './shard-options.ts'

/** What is written. */
const output = options({
  out: { flags: '-o, --out <file>', help: 'the results as a .json file', parse: text },
  force: outputOptions.force,
  ...shardOptions,
})

const general = [judgeOptions, output]

/** The command. */
export function evalCommand(own: OwnParts = {}): Command {
  const made = command('eval', 'judge a model: recognised as its classes, distance from the data, copies, likelihood', {
    args: [['<model>', "a model's folder"]],
    tables: [...general, ...familyTables('eval', familiesOf(own)), openOptions],
    examples: [
      ['tweedie eval runs/mine', 'five hundred samples against the training data'],
      ['tweedie eval runs/mine -n 2000 --held-out ./more-images', 'smaller errors, and data that it has not seen'],
      ['tweedie eval runs/mine --features inception.onnx', "another network's features: FID"],
      ['tweedie eval runs/mine --likelihood', 'bits per dimension of held-out data: bound and flow'],
      ['tweedie eval runs/text', 'bits a character of held-out text, and how much of what samples say is in the text'],
      ['tweedie eval runs/text -n 64 --steps 512 --likelihood-items 256', 'both, more closely'],
      [
        'tweedie eval runs/mine --bound-variance analytic --bound-steps 25',
        'the bound of 25 steps, as Analytic-DPM has it',
      ],
      ['tweedie eval runs/mine --guidance 2', 'samples that are surer of their class: are they recognised?'],
      ['tweedie eval runs/mine -n 50000 -o figures.json --shard 3/8', 'one of eight processes; then tweedie merge'],
      ['tweedie eval runs/mine --sampler ddim --steps 100 --json', 'what a sampler is worth, for a script'],
    ],
  })
  return made.action((place: string, values: OptionValues) => run(place, values, made, own))
}

async function run(place: string, values: OptionValues, made: Command, own: OwnParts): Promise<void> {
  const { shard, out, force } = values as { readonly shard?: string; readonly out?: string; readonly force?: boolean }
  if (shard !== undefined) return (await import('./shard.ts')).runShard('eval', place, values, { general, own })
  const [{ evaluate }, { openModel }, { attended }] = await Promise.all([
    import('../app/node/evaluate.ts'),
    import('./open-model.ts'),
    import('./watched.ts'),
  ])
  const opened = await openModel('eval', place, values, general, own)
  const { result, seconds } = await attended('the evaluation', values, (watch) =>
    evaluate(opened, values, { place, own, out, force, ...watch }),
  )
  showJudgement(result, values, made, seconds)
}

/** Prints figures. */
export function showJudgement(result: Judgement, values: OptionValues, made: Command, seconds: number): void {
  if (values.json) return printJson({ ...result.facts, seconds })
  print(safe(result.text))
  for (const remark of result.remarks) note(safe(asTyped(remark, made)), values)
  note(`${safe(result.howText)}, ${duration(seconds)}`, values)
}
