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
    const { samplers: ready } = await import('../diffusion/sample/registry.ts')
    const { measuredSamplers } = await import('../families/gaussian-sampler.ts')
    const { tokenSamplers } = await import('../diffusion/discrete/index.ts')
    const samplers: typeof ready = [...ready, ...measuredSamplers.map((sampler) => ({ sampler }))]
    if (json) {
      const rows = samplers.map(({ sampler, alias, diffusers }) => {
        const { name, order, stochastic, evaluations, use, paper } = sampler
        return { name, alias, diffusers, of: 'values', order, stochastic, evaluations, use, paper }
      })
      const ofTokens = tokenSamplers.map(({ name, masksOnly, use, paper }) => ({
        name,
        of: 'tokens',
        stochastic: true,
        evaluations: 1,
        masksOnly,
        use,
        paper,
      }))
      return printJson([...rows, ...ofTokens])
    }
    const width = Math.max(...samplers.map(({ sampler }) => sampler.name.length))
    print(`${'name'.padEnd(width)}  order  evals  noise  use`)
    for (const { sampler } of samplers) {
      const { name, order, stochastic, evaluations, use } = sampler
      const cells = [
        name.padEnd(width),
        `${order}`.padEnd(5),
        `${evaluations}`.padEnd(5),
        stochastic ? 'yes  ' : 'no   ',
      ]
      print(`${cells.join('  ')}  ${use}`)
    }
    print(`\n${'of tokens'.padEnd(width)}  kernel     use`)
    for (const { name, masksOnly, use } of tokenSamplers) {
      print(`${name.padEnd(width)}  ${masksOnly ? 'absorbing' : 'any      '}  ${use}`)
    }
  })
}
