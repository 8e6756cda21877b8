/** `tweedie samplers`: which samplers there are, and when to use them. */
import type { Command } from 'commander'
import { command, print, printJson, withExamples } from './common.ts'
import type { CommonOptions } from './common.ts'

/** The command. */
export function samplersCommand(): Command {
  const list = command('samplers', 'list the samplers, of images and points and of tokens')
  withExamples(list, [
    ['tweedie samplers', 'names, orders, evaluations of the network a step, and when to use them'],
    ['tweedie samplers --json', 'with papers and the names that others use, and what each is for'],
  ])
  return list.action(async ({ json }: CommonOptions) => {
    const { listSamplers } = await import('../app/list-samplers.ts')
    const { ofValues, ofTokens } = listSamplers()
    if (json) return printJson([...ofValues, ...ofTokens])
    const width = Math.max(...ofValues.map(({ name }) => name.length))
    print(`${'name'.padEnd(width)}  order  evals  noise  use`)
    for (const { name, order, stochastic, evaluations, use } of ofValues) {
      const numbers = [`${order}`.padEnd(5), `${evaluations}`.padEnd(5), stochastic ? 'yes  ' : 'no   ']
      print(`${[name.padEnd(width), ...numbers].join('  ')}  ${use}`)
    }
    print(`\n${'of tokens'.padEnd(width)}  kernel     use`)
    for (const { name, masksOnly, use } of ofTokens) {
      print(`${name.padEnd(width)}  ${masksOnly ? 'absorbing' : 'any      '}  ${use}`)
    }
  })
}
