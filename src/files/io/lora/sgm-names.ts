/**
 * The names that layers of a U-Net have in the programs of its authors, which kohya's files for SDXL use:
 * `down_blocks.1.attentions.0.proj_in` is `input_blocks.4.1.proj_in`.
 */

const ends: Readonly<Record<string, string>> = {
  'time_embedding.linear_1': 'time_embed.0',
  'time_embedding.linear_2': 'time_embed.2',
  'add_embedding.linear_1': 'label_emb.0.0',
  'add_embedding.linear_2': 'label_emb.0.2',
  conv_in: 'input_blocks.0.0',
  conv_norm_out: 'out.0',
  conv_out: 'out.2',
}

const ofResnet: Readonly<Record<string, string>> = {
  norm1: 'in_layers.0',
  conv1: 'in_layers.2',
  norm2: 'out_layers.0',
  conv2: 'out_layers.3',
  time_emb_proj: 'emb_layers.1',
  conv_shortcut: 'skip_connection',
}

/**
 * The other name of a layer; undefined where there is none.
 *
 * @param depth residual blocks at each resolution on the way down; up there is one more
 * @param attends whether a block, such as `up_blocks.0`, has attention
 */
export function sgmName(layer: string, depth: number, attends: (block: string) => boolean): string | undefined {
  const end = ends[layer]
  if (end !== undefined) return end
  const middle = /^mid_block\.(resnets|attentions)\.(\d)\.(.+)$/.exec(layer)
  if (middle) {
    const [, kind, index, rest] = middle
    return kind === 'attentions' ? `middle_block.1.${rest}` : resnet(`middle_block.${2 * Number(index)}`, rest!)
  }
  const block = /^(down|up)_blocks\.(\d+)\.(resnets|attentions)\.(\d+)\.(.+)$/.exec(layer)
  if (block) {
    const [, way, level, kind, index, rest] = block
    const place =
      way === 'down'
        ? `input_blocks.${(depth + 1) * Number(level) + Number(index) + 1}`
        : `output_blocks.${(depth + 1) * Number(level) + Number(index)}`
    return kind === 'attentions' ? `${place}.1.${rest}` : resnet(`${place}.0`, rest!)
  }
  const down = /^down_blocks\.(\d+)\.downsamplers\.0\.conv$/.exec(layer)
  if (down) return `input_blocks.${(depth + 1) * (Number(down[1]) + 1)}.0.op`
  const up = /^(up_blocks\.(\d+))\.upsamplers\.0\.conv$/.exec(layer)
  if (!up) return undefined
  return `output_blocks.${(depth + 1) * Number(up[2]) + depth}.${attends(up[1]!) ? 2 : 1}.conv`
}

function resnet(place: string, layer: string): string | undefined {
  const inner = ofResnet[layer]
  return inner && `${place}.${inner}`
}
