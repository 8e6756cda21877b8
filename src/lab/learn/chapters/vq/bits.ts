/** What a map of tokens costs, without and with a prior that was learned. */
import { vqModel } from '../../../../engine/nn/index.ts'
import { figure } from '../../figure.ts'
import { remembered } from '../../shared/remembered.ts'
import { shown, whole } from '../../shared/series.ts'

/** Shares of K tokens, each `ratio` times as frequent as the one before. */
export function shares(codes: number, ratio: number): number[] {
  const all = whole(codes).map((k) => ratio ** k)
  const total = all.reduce((sum, each) => sum + each, 0)
  return all.map((each) => each / total)
}

/** Bits of a token by its share alone. */
export const entropyBits = (p: readonly number[]): number =>
  -p.reduce((sum, each) => sum + (each > 0 ? each * Math.log2(each) : 0), 0)

/** How many tokens a picture of 28 × 28 has, for so many halvings. */
export const placesOf = remembered((halvings: number): number => {
  const { tokenShape } = vqModel({
    sample_size: 28,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: whole(halvings + 1).map(() => 8),
    down_block_types: whole(halvings + 1).map(() => 'DownEncoderBlock2D' as const),
    up_block_types: whole(halvings + 1).map(() => 'UpDecoderBlock2D' as const),
    norm_num_groups: 8,
    num_vq_embeddings: 64,
  })
  return tokenShape[0]! * tokenShape[1]!
})

export const bits = figure({
  id: 'bits',
  title: 'What tokens cost',
  hint: 'Make some tokens rare. Without a prior each still costs log₂ K bits; a prior that knows how frequent they are saves the rest.',
  controls: {
    log: { kind: 'slider', label: 'K', min: 1, max: 9, step: 1, initial: 6, format: (log) => String(2 ** log) },
    ratio: {
      kind: 'slider',
      label: 'each as frequent as the last, times',
      min: 0.8,
      max: 1,
      step: 0.005,
      initial: 0.96,
    },
    halvings: { kind: 'slider', label: 'halvings of the picture', min: 1, max: 2, step: 1, initial: 2 },
  },
  show({ log, ratio, halvings }) {
    const codes = 2 ** log
    const p = shares(codes, ratio)
    const known = entropyBits(p)
    const places = placesOf(halvings)
    return {
      views: [
        {
          kind: 'plot',
          title: 'shares of the tokens',
          x: { label: 'token', min: -0.7, max: codes - 0.3 },
          y: { label: 'share', min: 0, max: Math.max(...p) * 1.1 },
          marks: [
            { kind: 'bars', x: whole(codes), y: p, width: 0.8, ink: 'model' },
            { kind: 'rule', y: 1 / codes, ink: 'muted', dashed: true, label: '1/K' },
          ],
        },
      ],
      numbers: {
        codes,
        places,
        bits: log,
        known,
        perplexity: 2 ** known,
        perPixel: (places * log) / 784,
        learned: (places * known) / 784,
      },
      caption: `${places} tokens of ${codes} cost ${shown((places * log) / 784, 3)} bits a pixel; with a prior that knows their shares ${shown((places * known) / 784, 3)}. The perplexity is ${shown(2 ** known, 1)}.`,
    }
  },
})
