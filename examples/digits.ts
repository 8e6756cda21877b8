/**
 * Trains a class-conditional model on procedural digits and draws one of each class, all from code.
 *
 *     npx tsx examples/digits.ts [steps] [picture.png]
 */
import { data, defaultSpec, generate, io, nodeEngine, train, writeImage } from '../src/index.ts'
import type { Model } from '../src/index.ts'

const [steps = '300', picture = 'digits.png'] = process.argv.slice(2)

const dataset = data.builtinDataset('glyphs', { length: 2000 })
const engine = await nodeEngine()
const spec = defaultSpec({ ...dataset, classes: data.classCount(dataset) }, { budget: { steps: Number(steps) } })

let model: Model | undefined
for await (const event of train({ spec, dataset, engine })) {
  if (event.type === 'log') console.log(`step ${event.line.step}: loss ${event.line.loss.toFixed(4)}`)
  if (event.type === 'checkpoint') model = event.model
}

const { items, shape } = await generate(model!, engine, { count: 10, seed: 1 })
await writeImage(picture, io.toGrid(items, shape, { columns: 10 }), { overwrite: true })
console.log(`one of each class: ${picture}`)
