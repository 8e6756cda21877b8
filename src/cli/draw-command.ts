/** What the commands that draw have in common: options for output, and those of all families. */
import type { Command } from 'commander'
import { openOptions } from '../app/open-options.ts'
import { drawOptions } from '../families/draw-options.ts'
import { engineOptions } from '../families/options.ts'
import type { CommandName, OwnParts } from '../families/family.ts'
import { familiesOf } from '../families/registry.ts'
import { options, type OptionTable, text } from '../options.ts'
import { command, type CommandShape } from './common.ts'
import { familyTables } from './derive.ts'

/** Options for output. */
export const outputOptions = options({
  out: {
    flags: '-o, --out <path>',
    help: '.png, .jpg, .webp: a grid; .npy: the values; a folder: one file each; of text .txt, .json; of tables .csv',
    parse: text,
  },
  force: { flags: '--force', help: 'write over files that exist', group: 'General' },
})

/** What a command that draws takes. */
export interface DrawShape extends Required<Pick<CommandShape, 'args' | 'examples'>> {
  /** Its own options. */
  readonly general: OptionTable
  readonly own: OwnParts
  /** Names of options that it has not. */
  readonly without?: ReadonlySet<string>
}

/** A command with the options of all families that have it. */
export function drawCommand(
  name: CommandName,
  summary: string,
  { args, examples, general, own, without = new Set() }: DrawShape,
): Command {
  const all = [general, ...familyTables(name, familiesOf(own)), drawOptions, openOptions, engineOptions]
  return command(name, summary, { args, tables: all.map((table) => leaveOut(table, without)), examples })
}

function leaveOut(table: OptionTable, names: ReadonlySet<string>): OptionTable {
  return Object.fromEntries(Object.entries(table).filter(([name]) => !names.has(name)))
}
