/**
 * Names of options as they are typed. Errors of the library name its options in backquotes, `steps` or `sampler: 'ddpm'`; a command
 * shows --steps and --sampler ddpm in their place. A hint never names an option that no command has; if the failed
 * command does not have it, the hint says which one does.
 */
import type { Command } from 'commander'
import { kebab } from '../options.ts'

/** A name in backquotes, and its value. */
const named = /`([a-z][A-Za-z]*)(?:: ([^`]*))?`/g

/** An option as it is typed, somewhere in a sentence. */
const typed = /(?<![\w-])--([a-z][a-z-]*[a-z])/g

/** Options that every command understands, though they are not in its list. */
const everywhere: ReadonlySet<string> = new Set(['help', 'version'])

/** A message in which options of this command and of the others are written as on the command line. */
export function asTyped(text: string, command: Command | undefined): string {
  return text.replaceAll(named, (all, name: string, value: string | undefined) => {
    const own = holds(command, kebab(name)) ? command : ownersOf(kebab(name), command)[0]
    if (own === undefined) return command === undefined ? all : all.slice(1, -1)
    if (value === 'false') return `--no-${kebab(name)}`
    const plain = value?.replaceAll(/^'(.*)'$/g, '$1')
    return `--${kebab(name)}${plain === undefined || plain === 'true' ? '' : ` ${plain}`}`
  })
}

/** The same for a hint; undefined where it names an option that no command has. */
export function hintAsTyped(text: string, command: Command | undefined): string | undefined {
  const hint = asTyped(text, command)
  if (command === undefined) return hint
  const foreign = new Map<string, string>()
  for (const [all, name] of hint.matchAll(typed)) {
    if (everywhere.has(name!) || holds(command, name!)) continue
    const owners = ownersOf(name!, command)
    if (owners.length === 0) return undefined
    const known = owners.some((owner) => new RegExp(`\\b${owner.name()}\\b`).test(hint))
    if (!known) foreign.set(all, `tweedie ${owners[0]!.name()}`)
  }
  const whose = [...foreign].map(([option, owner]) => `${option} is an option of ${owner}`)
  return whose.length === 0 ? hint : `${hint} (${whose.join(', ')})`
}

/** Whether a command has an option of this name. */
function holds(command: Command | undefined, name: string): boolean {
  return command?.options.some(({ long }) => long === `--${name}` || long === `--no-${name}`) ?? false
}

/** The other commands that have an option of this name. */
function ownersOf(name: string, command: Command | undefined): readonly Command[] {
  const all = command?.parent?.commands ?? command?.commands ?? []
  return all.filter((each) => holds(each, name))
}
