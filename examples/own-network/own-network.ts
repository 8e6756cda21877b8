/**
 * Trains a network of one's own, saves it, opens it again and draws from it.
 *
 *     npx tsx examples/own-network/own-network.ts [steps] [folder]
 */
import { fit, generate, type Model, nodeEngine, openFolder, saveModel } from 'tweedie'
import own from './tweedie.config.ts'

const [steps = '500', folder = 'wave'] = process.argv.slice(2)
await saveModel(folder, await fit<Model>('moons', { network: 'Wave', steps: Number(steps), own }))

const { model } = await openFolder(folder, own)
const { items } = await generate(model as Model, await nodeEngine(), { count: 4, seed: 1 })
console.log(`${(model as Model).network.className}: ${Array.from(items, (x) => x.toFixed(2)).join(' ')}`)
