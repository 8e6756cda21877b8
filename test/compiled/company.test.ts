/** An item is computed alone, whatever else is in its batch: not one bit of it depends on its company. */
import { expect, test } from 'vitest'
import { modelDenoiser } from '../../src/compiled/denoiser.ts'
import { tableSchedule } from '../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../src/diffusion/noise/table.ts'
import { dit, unet2d } from '../../src/engine/nn/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { random } from '../engine/nn/run.ts'
import { untrained } from './untrained.ts'

const schedule = tableSchedule(namedTable('linear'))
const image = { sample_size: 28, in_channels: 1, out_channels: 1 }
// feature maps of 1,568 to 25,088 elements: on either side of whatever a compiler asks of a size
const networks = {
  UNet2DModel: unet2d({
    ...image,
    block_out_channels: [32, 32, 32],
    down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 8,
    attention_head_dim: 8,
  }),
  DiT: dit({ ...image, patch_size: 4, num_layers: 1, num_attention_heads: 2, hidden_size: 32 }),
}

test.each(Object.entries(networks))('%s: an item alone and in company', async (_, network) => {
  const model = untrained(network, schedule)
  const size = 28 * 28
  const x = random('items', 32 * size)
  const first = async (batch: number, threads: number) => {
    using denoiser = await modelDenoiser(model, await nodeEngine(), { batch, threads })
    return (await denoiser.denoise(x.slice(0, batch * size), 0.5)).slice(0, size)
  }
  const alone = await first(1, 1)
  expect(alone).toHaveLength(size)
  for (const [batch, threads] of [
    [2, 1],
    [3, 2],
    [5, 1],
    [32, 2],
  ] as const) {
    // prettier-ignore
    expect(await first(batch, threads), `in a batch of ${batch}, ${threads} threads`).toEqual(alone)
  }
})
