/** What all commands share: common options, examples in the help, and printing. */
import { Command, Option } from 'commander'
import type { OptionTable } from '../options.ts'
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
export { startProgress, type Progress } from './progress.ts'

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly debug?: boolean
  /** False after `--no-color`. */
  readonly color: boolean
}

/** What a command takes, besides the options that all have. */
export interface CommandShape {
  /** `<model>`, and what it is. */
  readonly args?: readonly (readonly [name: string, help: string])[]
  readonly tables?: readonly OptionTable[]
  /** In the help: what to type, and what it does. */
  readonly examples?: readonly (readonly [line: string, what: string])[]
}

/** A command with the common options. */
export function command(
  name: string,
  summary: string,
  { args = [], tables = [], examples }: CommandShape = {},
): Command {
  const made = new Command(name)
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
  for (const [argument, help] of args) made.argument(argument, help)
  addOptions(made, tables)
  return examples === undefined ? made : withExamples(made, examples)
}

/** Adds examples to the help: what to type, and what it does. */
function withExamples(command: Command, examples: readonly (readonly [line: string, what: string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, what]) => `  ${line.padEnd(width)}  ${what}`)
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`)
}
