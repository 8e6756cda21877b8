/** `tweedie average`: another average of a run's weights. */
import type { Command } from 'commander'
import { TweedieError } from '../errors.ts'
import type { OwnParts } from '../families/family.ts'
import { options, real, text } from '../options.ts'
import { command, type CommonOptions, note } from './common.ts'
import { outputOptions } from './draw-command.ts'

const general = options({
  width: {
    flags: '--width <x>',
    help: 'the width of the average as a share of the training',
    parse: real({ min: 0.001, max: 0.28 }),
  },
  out: { flags: '-o, --out <folder>', help: 'the folder for the model', parse: text },
  force: outputOptions.force,
})

interface AverageValues extends CommonOptions {
  readonly width?: number
  readonly out?: string
  readonly force?: boolean
}

/** The command. */
export function averageCommand(own: OwnParts = {}): Command {
  return command('average', 'the model of a run with another average of its weights, of those that it kept', {
    args: [['<run>', 'the folder of a run that was trained with --keep-averages']],
    tables: [general],
    examples: [['tweedie average runs/mine --width 0.15 -o runs/mine-0.15', 'a model to sample and to evaluate']],
  }).action((run: string, values: AverageValues) => average(run, values, own))
}

async function average(run: string, values: AverageValues, own: OwnParts): Promise<void> {
  const { width, out, force } = values
  if (width === undefined || out === undefined) {
    throw new TweedieError('usage', `\`${width === undefined ? 'width' : 'out'}\` is missing`, {
      hint: '`tweedie average RUN --width 0.15 --out FOLDER`',
    })
  }
  const { averageRun } = await import('../app/node/average-run.ts')
  const { moments, steps, error } = await averageRun(run, { width, out, force, own })
  const off = `${(100 * error).toPrecision(2)} %`
  note(`${out}: width ${width} after ${steps} steps, of ${moments} moments; its profile is off by ${off}`, values)
}
