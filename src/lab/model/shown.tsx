/** Items that a model made: pictures, videos, points in a plane, texts. */
import type { ModelFacts, PlainDrawn, PlainFrame } from '../../app/web/worker/protocol.ts'
import { scaleOfMeta } from '../../families/scale-of-meta.ts'
import { affineOf } from '../../files/data/normalise.ts'
import { OneView } from '../parts/views.tsx'
import { FilmView } from './film.tsx'
import { montage, PixelsView } from './picture.tsx'

export interface ShownProps {
  readonly facts: ModelFacts
  readonly drawn: Pick<PlainDrawn, 'pictures' | 'texts'> & Pick<PlainFrame, 'values'>
  readonly columns: number
  readonly label: string
  /** The width that it may take. */
  readonly room: number
}

/** Whether the items are points of a plane. */
export const arePoints = ({ meta }: ModelFacts): boolean => meta.data.shape.length === 1 && meta.data.shape[0] === 2

export function Shown({ facts, drawn, columns, label, room }: ShownProps) {
  if (arePoints(facts) && drawn.values !== undefined) {
    return (
      <div style={{ width: `${Math.min(room, 360)}px` }}>
        <OneView view={planeOf(facts, drawn.values.data as Float32Array)} label={label} />
      </div>
    )
  }
  const { kind, shape } = facts.meta.data
  if (kind === 'video' && drawn.pictures.length > 0) {
    return <FilmView strips={drawn.pictures} frames={shape[1]!} columns={columns} label={label} room={room} />
  }
  if (drawn.pictures.length > 0) {
    return <PixelsView pixels={montage(drawn.pictures, columns)} label={label} room={room} />
  }
  return (
    <div class="texts">
      {drawn.texts?.map((each, i) => (
        <p key={i}>{each}</p>
      ))}
    </div>
  )
}

/** Points on the part of the plane where the data lie, the same for every drawing. */
function planeOf({ meta }: ModelFacts, values: Float32Array) {
  const { shift, scale } = affineOf(scaleOfMeta(meta.data))
  const axis = (k: number) => {
    const [middle, width] = [shift[k] ?? shift[0]!, scale[k] ?? scale[0]!]
    return { label: '', min: middle - 2.6 * width, max: middle + 2.6 * width, bare: true }
  }
  const pick = (k: number): Float32Array =>
    Float32Array.from({ length: values.length / 2 }, (_, i) => values[2 * i + k]!)
  return {
    kind: 'plot',
    x: axis(0),
    y: axis(1),
    equal: true,
    marks: [{ kind: 'points', x: pick(0), y: pick(1), ink: 'model', radius: 1.6, opacity: 0.7 }],
  } as const
}
