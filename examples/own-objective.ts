/**
 * An own loss: Huber's, in which outliers count less than in squared errors. The model's folder holds its name.
 *
 *     npx tsx examples/own-objective.ts [steps]
 */
import { defineConfig, fit, generate, graph, type Model, nodeEngine } from 'tweedie'

const { add, sqrt, square, sub } = graph
const own = defineConfig({
  objectives: {
    huber: {
      parametrisation: 'v',
      loss: ({ output, target }) => sub(sqrt(add(square(sub(output, target)), 1)), 1),
    },
  },
})

const steps = Number(process.argv[2] ?? 500)
const model = await fit<Model>('moons', { objective: 'huber', steps, own })
const { items } = await generate(model, await nodeEngine(), { count: 4, seed: 1 })
console.log(`${model.meta.objective.loss}: ${Array.from(items, (x) => x.toFixed(2)).join(' ')}`)
