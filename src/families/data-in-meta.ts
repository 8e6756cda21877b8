/** What `tweedie.json` records of the values that a model was trained on. */
import type { DataScale } from '../files/data/dataset.ts'
import type { FieldFacts } from '../files/data/fields/facts.ts'
import type { Json } from '../files/io/json.ts'
import type { TweedieMetaInput } from '../files/io/tweedie-meta.ts'

/** The part of `data` that all families of values record: name, kind, shape, range, and the scale of values that are not bytes. */
export function dataInMeta({
  name,
  kind,
  shape,
  range,
  affine,
  fields,
}: DataScale & { readonly name: string; readonly fields?: FieldFacts | undefined }) {
  return {
    name,
    kind,
    shape: [...shape] as [number, ...number[]],
    range: [...range] as [number, number],
    ...(fields && { fields: structuredClone(fields) as unknown as Record<string, Json> }),
    ...(affine && { affine: { shift: [...affine.shift], scale: [...affine.scale] } }),
  } satisfies TweedieMetaInput['data']
}
