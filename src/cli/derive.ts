/** Derives a command from tables of options: its parsing, its help and its refusals. */
import { type Command, InvalidArgumentError, Option as CommanderOption } from 'commander'
import type { CommandName, FamilyEntry } from '../families/family.ts'
import { isRefusal, type Option, type OptionTable } from '../options.ts'

export { refuseForeign } from '../app/request.ts'

/** Adds the options of tables, each once, under the headings that they name. */
export function addOptions(command: Command, tables: readonly OptionTable[]): Command {
  const all = new Map(tables.toReversed().flatMap((table) => Object.entries(table)))
  const groups = new Map<string, Option[]>()
  const inOrder = tables.flatMap((table) => Object.keys(table))
  for (const name of new Set(inOrder)) {
    const option = all.get(name)!
    const heading = option.group ?? ''
    groups.set(heading, [...(groups.get(heading) ?? []), option])
  }
  for (const [heading, members] of [...groups].sort(([a], [b]) => rankOf(a) - rankOf(b))) {
    if (heading !== '') command.optionsGroup(`${heading}:`)
    for (const option of members) command.addOption(commanderOption(option))
  }
  return command
}

/** The place of a heading: options that most people need first, rare ones further down, common ones at the end. */
function rankOf(heading: string): number {
  if (heading === '') return 0
  return heading === 'General' ? 3 : heading.startsWith('More') ? 2 : 1
}

/** The tables of all families for a command. */
export function familyTables(command: CommandName, entries: readonly FamilyEntry[]): readonly OptionTable[] {
  return entries.map((entry) => entry.options[command] ?? {})
}

function commanderOption({ flags, help, parse, conflicts, implies, repeated, ...option }: Option): CommanderOption {
  const made = new CommanderOption(flags, help)
  if (parse) {
    made.argParser((text: string, before: unknown) => {
      const value = asked(parse, text)
      return repeated ? [...((before as unknown[] | undefined) ?? []), value] : value
    })
  }
  if (option.default !== undefined) made.default(option.default)
  if (conflicts) made.conflicts([...conflicts])
  if (implies) made.implies({ ...implies })
  return made
}

/** An error of a parser, as commander's own error, which names the option. */
function asked(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw isRefusal(error) ? new InvalidArgumentError(error.message) : error
  }
}
