/** `tweedie quickstart`: a first model in little more than a minute, with rough samples of it soon and good ones at the end. */
import type { Command } from 'commander'
import { engineOptions, seedOptions } from '../families/options.ts'
import { options, type OptionValues, positive } from '../options.ts'
import { command, print } from './common.ts'

const minutesOption = options({
  minutes: { flags: '--minutes <n>', help: 'minutes of training', parse: positive, default: 1.3 },
})

/** Seconds of training before the first picture, in which little is to be seen but strokes. */
const earlySamples = 10

/** The command. */
export function quickstartCommand(): Command {
  const quickstart = command('quickstart', 'train a first small model on built-in data, and draw from it', {
    tables: [minutesOption, seedOptions, engineOptions],
    examples: [['tweedie quickstart', 'handwritten-like digits, into runs/quickstart']],
  })
  return quickstart.action(run)
}

async function run(values: OptionValues): Promise<void> {
  const [{ runTrain }, { runSample }, { readdir }] = await Promise.all([
    import('./train-run.ts'),
    import('./sample.ts'),
    import('node:fs/promises'),
  ])
  const { minutes, seed, ...common } = values
  const taken = await readdir('runs').catch((): string[] => [])
  const names = ['quickstart', ...Array.from(taken, (_, i) => `quickstart-${i + 2}`)]
  const out = `runs/${names.find((name) => !taken.includes(name))!}`
  const grid = `${out}/samples.png`

  await runTrain('glyphs', { ...common, out, minutes, seed, earlySamples })
  if (process.exitCode !== undefined) return
  await runSample(out, { ...common, count: 40, columns: 10, seed, sampler: 'dpm++-2m', steps: 20, out: grid })
  if (values.json || values.quiet) return
  print(`
The model, its checkpoint and the log are in ${out}, a picture of samples is ${grid}.

What to try next:
  npx tweedie sample ${out} --class 7 -n 36 --out sevens.png      one class
  npx tweedie sample ${out} --trajectory way.gif                  from noise to digits
  npx tweedie train --resume --out ${out} --minutes 10            train longer
  npx tweedie train ./my-images --out runs/mine                   your own images
  npx tweedie train moons --out runs/moons                        points in the plane
  npx tweedie --help                                              everything else`)
}
