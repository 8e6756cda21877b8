/** Checks a request by the tables of options that command lines are derived from. */
import { TweedieError } from '../errors.ts'
import { drawOptions } from '../families/draw-options.ts'
import type { CommandName, FamilyEntry, OwnParts, Refusal } from '../families/family.ts'
import { familiesOf } from '../families/registry.ts'
import { foreign, isRefusal, type Option, type OptionTable, type OptionValues } from '../options.ts'
import { suggest } from '../suggest.ts'

/**
 * Refuses a wrong request before anything is computed: an unknown option, one that the model's family does not have, a
 * value out of its range, or options that exclude each other.
 *
 * @param general the options of all families
 * @throws TweedieError `usage`
 */
export function checkRequest(
  command: CommandName,
  values: OptionValues,
  general: readonly OptionTable[],
  entry: FamilyEntry,
  own: OwnParts,
): void {
  const entries = familiesOf(own)
  refuseForeign(command, values, general, entry, entries)
  const all: OptionTable = Object.assign({}, ...general, entry.options[command] ?? {})
  const asked = Object.keys(values).filter((name) => values[name] !== undefined)
  for (const name of asked) {
    if (!Object.hasOwn(all, name)) {
      const near = suggest(name, Object.keys(all))
      throw new TweedieError('usage', `there is no option \`${name}\` of ${command}`, {
        hint: near ? `did you mean \`${near}\`?` : `there are ${Object.keys(all).join(', ')}`,
      })
    }
    checkValue(name, all[name]!, values[name])
    const other = all[name]!.conflicts?.find((each) => asked.includes(each))
    if (other !== undefined) throw new TweedieError('usage', `\`${name}\` cannot be used with \`${other}\``)
  }
}

/**
 * Refuses a value that the option's parser refuses. Values that cannot be typed on a command line, such as arrays of
 * numbers, are left to the family.
 */
function checkValue(name: string, option: Option, value: unknown): void {
  if (option.parse === undefined) {
    if (typeof value !== 'boolean') throw new TweedieError('usage', `\`${name}\` is ${String(value)}: true or false`)
    return
  }
  // any text is allowed as a seed
  if (option === drawOptions.seed && typeof value === 'string') return
  if (option === drawOptions.seed && typeof value === 'object') {
    throw new TweedieError('usage', `\`${name}\` is an object: it must be a whole number or a text`)
  }
  for (const each of option.repeated && Array.isArray(value) ? (value as unknown[]) : [value]) {
    if (typeof each !== 'number' && typeof each !== 'string') continue
    try {
      option.parse(String(each))
    } catch (error) {
      if (!isRefusal(error)) throw error
      throw new TweedieError('usage', `\`${name}\` is ${each}. ${error.message}`)
    }
  }
}

/**
 * Refuses options that other families have and this one does not.
 *
 * @param general the options of all families
 * @throws TweedieError `usage` that names the option and the families that have it
 */
export function refuseForeign(
  command: CommandName,
  values: OptionValues,
  general: readonly OptionTable[],
  own: FamilyEntry,
  entries: readonly FamilyEntry[],
): void {
  const table = own.options[command] ?? {}
  const asked = Object.keys(values).filter((name) => values[name] !== undefined)
  const has = (tables: readonly OptionTable[], name: string): boolean =>
    tables.some((each) => Object.hasOwn(each, name))
  const meaningless = asked.find((name) => own.refusals?.[name] && has(general, name) && !has([table], name))
  if (meaningless !== undefined) throw refusedOption(meaningless, own.refusals![meaningless]!)
  const others = entries.filter((entry) => entry !== own)
  const name = foreign(
    values,
    [...general, table],
    others.map((entry) => entry.options[command] ?? {}),
  )
  if (name === undefined) return
  const refusal = own.refusals?.[name] ?? own.refusals?.[command]
  if (refusal) throw refusedOption(name, refusal)
  const having = others.filter((entry) => Object.hasOwn(entry.options[command] ?? {}, name))
  const those = having.map(({ of }) => of).join(', ')
  throw new TweedieError('usage', `\`${name}\` means nothing to a model of ${own.of}; it is for models of ${those}`)
}

const refusedOption = (name: string, { why, hint }: Refusal): TweedieError =>
  new TweedieError('usage', `\`${name}\` ${why}`, { hint })
