/** `tweedie samplers`: lists all samplers, and when to use them. */
import type { Command } from 'commander'
import type { OwnParts } from '../families/family.ts'
import { command, print, printJson } from './common.ts'
import type { CommonOptions } from './common.ts'

/** The command. */
export function samplersCommand(own: OwnParts = {}): Command {
  const list = command('samplers', 'list the samplers, of images and points and of tokens', {
    examples: [
      ['tweedie samplers', 'names, orders, evaluations of the network a step, and when to use them'],
      ['tweedie samplers --json', 'with papers and the names that others use, and what each is for'],
    ],
  })
  return list.action(async ({ json }: CommonOptions) => {
    const { samplerLists } = await import('../app/samplers.ts')
    const lists = await samplerLists(own)
    if (json) return printJson(lists.flatMap(({ facts }) => facts))
    for (const [i, { header, rows }] of lists.entries()) {
      if (i > 0) print()
      const all = [header, ...rows]
      const widths = header.map((_, c) => Math.max(...all.map((row) => row[c]!.length)))
      for (const row of all)
        print(
          row
            .map((cell, c) => cell.padEnd(widths[c]!))
            .join('  ')
            .trimEnd(),
        )
    }
  })
}
