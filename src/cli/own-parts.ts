/** The user's own parts for a command: those of `--config FILE`, or of a configuration in the current folder. */
import { existsSync } from 'node:fs'
import type { OwnParts } from '../families/family.ts'

const endings = ['ts', 'mts', 'js', 'mjs']

/** Arguments that only print help or the version. */
const noWork: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version', 'help'])

/**
 * Nothing is loaded where there is no configuration, and for help.
 *
 * @throws TweedieError `usage` for a configuration that cannot be read
 */
export async function ownPartsFor(argv: readonly string[]): Promise<OwnParts> {
  if (argv.length === 0 || argv.some((argument) => noWork.has(argument))) return {}
  const path = namedIn(argv) ?? endings.map((ending) => `tweedie.config.${ending}`).find((name) => existsSync(name))
  if (path === undefined) return {}
  const [{ modulesOf, readConfig }, tweedie] = await Promise.all([
    import('../app/node/config-file.ts'),
    import('../index.ts'),
  ])
  return readConfig(path, modulesOf(tweedie))
}

/** The file after `--config`. */
function namedIn(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--config')
  if (at >= 0) return argv[at + 1]
  return argv.find((argument) => argument.startsWith('--config='))?.slice('--config='.length)
}
