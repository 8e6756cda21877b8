/** Names in weight files that were published before diffusers renamed its attention layers. */

const renamed: Readonly<Record<string, string>> = Object.freeze({
  query: 'to_q',
  key: 'to_k',
  value: 'to_v',
  proj_attn: 'to_out.0',
})

/** `mid_block.attentions.0.query.weight` → `mid_block.attentions.0.to_q.weight`; other names stay. */
export function modernName(name: string): string {
  return name.replace(
    /(\.attentions\.\d+\.)(query|key|value|proj_attn)(?=\.(?:weight|bias)$)/,
    (_, path: string, layer: string) => path + renamed[layer],
  )
}
