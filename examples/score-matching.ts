/**
 * Score matching without a library of its own: a loss is a graph, its gradients are graphs, and a program runs them. The
 * score of N(m, 1/p) is p (m − x); descending each loss in m and p finds the law that the data were drawn from,
 * N(0.5, 0.5²), though no density is ever evaluated.
 *
 *     npx tsx examples/score-matching.ts
 */
import { explicitScoreMatching, type ScoreFunction, slicedScoreMatching } from '../src/diffusion/denoise/index.ts'
import { gradients, input, mul, sub } from '../src/engine/graph/index.ts'
import { fold, key, normal, rademacher } from '../src/engine/random/index.ts'
import { compile } from '../src/engine/runtime/program.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'

const items = 2000
const [x, directions] = [input('x', [items, 1]), input('directions', [items, 1])]
const [m, p] = [input('m', [1]), input('p', [1])]
const score: ScoreFunction = (points) => mul(p, sub(m, points))
const losses = {
  explicit: explicitScoreMatching(score, x).loss,
  sliced: slicedScoreMatching(score, x, directions).loss,
}

const data = normal(key('data'), new Float32Array(items)).map((z) => 0.5 + 0.5 * z)
const engine = await nodeEngine()
for (const [name, loss] of Object.entries(losses)) {
  const [slopeM, slopeP] = gradients(loss, [m, p])
  using program = await compile({ slopeM: slopeM!, slopeP: slopeP! }, engine)
  const found = { m: new Float32Array([0]), p: new Float32Array([1]) }
  for (let step = 0; step < 300; step++) {
    const signs = rademacher(fold(key('directions'), step), new Float32Array(items))
    const { slopeM, slopeP } = await program.run({ x: data, ...found, ...(name === 'sliced' && { directions: signs }) })
    found.m[0]! -= 0.1 * slopeM![0]!
    found.p[0]! -= 0.1 * slopeP![0]!
  }
  console.log(`${name.padEnd(8)}  mean ${found.m[0]!.toFixed(3)}  deviation ${(found.p[0]! ** -0.5).toFixed(3)}`)
}
