/** The command line: `tweedie COMMAND …`. Commands load what they need when they run, so that help is instant. */
import { Command, CommanderError } from 'commander'
import { version } from './common.ts'
import { reportFailure } from './failure.ts'
import { assimilateCommand } from './assimilate.ts'
import { dataCommand } from './data.ts'
import { doctorCommand } from './doctor.ts'
import { editCommand } from './edit.ts'
import { evalCommand } from './eval.ts'
import { exportCommand } from './export.ts'
import { infoCommand } from './info.ts'
import { labCommand } from './lab.ts'
import { TweedieError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import type { OwnParts } from '../families/family.ts'
import { ownPartsFor } from './own-parts.ts'
import { averageCommand } from './average.ts'
import { mergeCommand } from './merge.ts'
import { predictCommand } from './predict.ts'
import { quickstartCommand } from './quickstart.ts'
import { restoreCommand } from './restore.ts'
import { sampleCommand } from './sample.ts'
import { samplersCommand } from './samplers.ts'
import { serveCommand } from './serve.ts'
import { submitCommand } from './submit.ts'
import { trainClassifierCommand } from './train-classifier.ts'
import { trainCommand } from './train.ts'
import { decodeCommand, encodeCommand } from './walk.ts'

/** All commands, in the order of the help. */
const commands = [
  quickstartCommand,
  trainCommand,
  trainClassifierCommand,
  sampleCommand,
  predictCommand,
  restoreCommand,
  editCommand,
  assimilateCommand,
  encodeCommand,
  decodeCommand,
  evalCommand,
  averageCommand,
  mergeCommand,
  infoCommand,
  dataCommand,
  exportCommand,
  samplersCommand,
  labCommand,
  serveCommand,
  submitCommand,
  doctorCommand,
]

/** The program. */
export function program(own: OwnParts = {}): Command {
  const tweedie = new Command('tweedie')
    .description('Diffusion models for TypeScript: train, sample, evaluate and ship them.')
    .version(version, '-V, --version', "show the version ('tweedie doctor' shows all of them)")
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError(true)
  for (const create of commands) tweedie.addCommand(create(own))
  tweedie.addHelpText(
    'after',
    `
Examples:
  npx tweedie quickstart                                   a first model in a minute and a half
  npx tweedie train ./my-images --out runs/mine            your own images, ten minutes
  npx tweedie sample runs/mine -n 64 --out grid.png        draw from it

'tweedie COMMAND --help' has the options and more examples. With --json, a command that fails says so in one line of JSON
on the standard error: { "error": { "code", "message", "hint", "status" } }. Its exit status is 1 for a failure, 2 for options
that make no sense, 3 for data or a model that cannot be used, 4 for a device, 130 where it was interrupted.`,
  )
  for (const each of [tweedie, ...tweedie.commands]) {
    each.exitOverride().configureOutput({ outputError: () => {} })
  }
  return tweedie
}

/** Refuses help about an unknown command, for which commander would show all help as an error. */
function requireHelp({ commands: known }: Command, [first, name]: readonly string[]): void {
  const names = known.map((each) => each.name())
  if (first !== 'help' || name === undefined || name.startsWith('-') || [...names, 'help'].includes(name)) return
  const near = suggest(name, names)
  throw new TweedieError('usage', `unknown command '${name}'`, {
    hint: near ? `did you mean ${near}?` : `there are ${names.join(', ')}`,
  })
}

/**
 * Runs a command line, without the program's name.
 *
 * @returns the exit status of the process
 */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv.includes('--no-color')) process.env.NO_COLOR ??= '1'
  const [debug, json] = ['--debug', '--json'].map((option) => argv.includes(option))
  let tweedie = program()
  try {
    const own = await ownPartsFor(argv)
    if (Object.keys(own).length > 0) tweedie = program(own)
    requireHelp(tweedie, argv)
    if (argv.length === 0) tweedie.outputHelp()
    else await tweedie.parseAsync(argv, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const named = argv.find((word) => !word.startsWith('-'))
    const command = tweedie.commands.find((each) => each.name() === named) ?? tweedie
    return reportFailure(error, { debug, json, command })
  }
}
