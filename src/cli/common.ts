/** What all commands share: their common options, examples in the help, and the way to say things. */
import { Command, Option } from 'commander'
import type { devices } from '../families/choices.ts'
import { engineOptions, seedOptions } from '../families/options.ts'
import { addOptions } from './derive.ts'

export { listenForInterrupt, type Interrupt } from './interrupt.ts'
export {
  bytes,
  duration,
  note,
  print,
  printJson,
  quoted,
  safe,
  shapeText,
  style,
  table,
  thousands,
  type Verbosity,
} from './output.ts'
export { version } from '../app/node/version.ts'
export { oneOf, positive, real, whole, wholes } from './parse.ts'
export { startProgress, type Progress } from './progress.ts'

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
  /** False after `--no-color`. */
  readonly color: boolean
}

/** Options of commands that run a network. */
export interface EngineOptions {
  /** Default `cpu`; of a run that goes on, what it had. */
  readonly device?: (typeof devices)[number] | undefined
  readonly threads?: number | undefined
}

/** A command with the common options. */
export function command(name: string, summary: string): Command {
  return new Command(name)
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    .helpOption('-h, --help', 'show this help')
    .showSuggestionAfterError(true)
    .allowExcessArguments(false)
    .addOption(new Option('--json', 'print results as JSON, and a failure as JSON on the standard error'))
    .addOption(new Option('-q, --quiet', 'no progress and no remarks'))
    .addOption(new Option('--no-color', 'no colours (NO_COLOR=1 does the same)'))
    .addOption(new Option('--debug', 'show the stack of an error'))
    .addOption(new Option('--config <file>', 'parts of your own (default: tweedie.config.ts in this folder)'))
}

/** Adds `--device` and `--threads`. */
export function withEngine(command: Command): Command {
  return addOptions(command, [engineOptions])
}

/** Adds `--seed`. */
export function withSeed(command: Command): Command {
  return addOptions(command, [seedOptions])
}

/** Adds examples to the help: what to type, and what it does. */
export function withExamples(command: Command, examples: readonly (readonly [line: string, what: string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}

/** What a session is given of `--device` and `--threads`. */
export function sessionOptions({ device = 'cpu', threads }: EngineOptions): { device: string; threads?: number } {
  return { device, ...(threads !== undefined && { threads }) }
}
