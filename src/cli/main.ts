/** The command line: `tweedie COMMAND …`. Commands load what they need when they run, so that help is instant. */
import { Command, CommanderError } from 'commander'
import { existsSync } from 'node:fs'
import { version } from './common.ts'
import { reportFailure } from './failure.ts'
import { dataCommand } from './data.ts'
import { doctorCommand } from './doctor.ts'
import { exportCommand } from './export.ts'
import { infoCommand } from './info.ts'
import { quickstartCommand } from './quickstart.ts'
import { sampleCommand } from './sample.ts'
import { samplersCommand } from './samplers.ts'
import { trainCommand } from './train.ts'

/** All commands, in the order of the help. */
const commands = [
  quickstartCommand,
  trainCommand,
  sampleCommand,
  infoCommand,
  dataCommand,
  exportCommand,
  samplersCommand,
  doctorCommand,
]

/** A command that another room brings along. */
const evalModule = new URL(`./eval${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)
if (existsSync(evalModule)) {
  const { evalCommand } = (await import(evalModule.href)) as { evalCommand: () => Command }
  commands.splice(3, 0, evalCommand)
}

/** The program. */
export function program(): Command {
  const tweedie = new Command('tweedie')
    .description('Diffusion models for TypeScript: train, sample, evaluate and ship them.')
    .version(version, '-V, --version', "show the version ('tweedie doctor' shows all of them)")
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError(true)
  for (const create of commands) tweedie.addCommand(create())
  tweedie.addHelpText(
    'after',
    `
Examples:
  npx tweedie quickstart                                   a first model in a minute and a half
  npx tweedie train ./my-images --out runs/mine            your own images, ten minutes
  npx tweedie sample runs/mine -n 64 --out grid.png        draw from it

'tweedie COMMAND --help' has the options and more examples.`,
  )
  for (const each of [tweedie, ...tweedie.commands]) {
    each.exitOverride().configureOutput({ outputError: () => {} })
  }
  return tweedie
}

/** Runs a command line and sets the exit status of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endQuietly)
  if (argv.includes('--no-color')) process.env.NO_COLOR ??= '1'
  const tweedie = program()
  try {
    if (argv.length === 0) tweedie.outputHelp()
    else await tweedie.parseAsync(argv, { from: 'user' })
  } catch (error) {
    const help = error instanceof CommanderError && error.exitCode === 0
    process.exitCode = help ? 0 : reportFailure(error, { debug: argv.includes('--debug') })
  }
}

/** A reader that has seen enough (`tweedie … | head`) is no error. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit()
  throw error
}

await main(process.argv.slice(2))
