/** Drawn items, their frames and progress as plain data. */
import type { Drawn, Frame, Makes, Progress, View } from '../../../families/family.ts'
import type { Raster } from '../../../files/io/raster.ts'
import type { PlainDrawn, PlainFrame, PlainProgress } from './protocol.ts'

/** Everything that items can be shown as, at once. */
export function plainDrawn(drawn: Drawn): PlainDrawn {
  const { count, shape, classes, how, howText, frames, beside = {} } = drawn
  // Items in the plane are shown together, pictures one by one.
  const makes = !drawn.raster ? 'none' : shape.length > 2 ? 'each' : 'together'
  const texts = drawn.texts?.()
  return {
    count,
    shape,
    how,
    howText,
    values: drawn.array(),
    makes,
    pictures: picturesOf(drawn, makes, count),
    beside: Object.fromEntries(
      Object.entries(beside).flatMap(([name, view]) => (view.raster ? [[name, view.raster({ padding: 0 })]] : [])),
    ),
    ...(classes && { classes }),
    ...(texts && { texts }),
    ...(frames && { frames: frames.map((frame) => plainFrame(frame, makes, count)) }),
  }
}

function plainFrame(frame: Frame, makes: Makes['pictures'], count: number): PlainFrame {
  const values = frame.array?.()
  const texts = frame.texts?.()
  return {
    time: frame.time,
    pictures: picturesOf(frame, makes, count),
    ...(values && { values: { ...values, data: values.data.slice() as Float32Array } }),
    ...(texts && { texts }),
  }
}

/** A picture of each item where its parts can be shown, else one of all. */
function picturesOf(view: View & Pick<Frame, 'part'>, makes: Makes['pictures'], count: number): readonly Raster[] {
  if (!view.raster || makes === 'none') return []
  if (makes === 'together' || !view.part) return [view.raster()]
  const { part } = view
  return Array.from({ length: count }, (_, i) => part(i, 1).raster!({ padding: 0 }))
}

/** @param preview steps between two pictures of the present state */
export function plainProgress({ step, ...progress }: Progress, preview: number | undefined): PlainProgress {
  if (step === undefined) return progress
  const { index, total, time } = step
  const due = preview !== undefined && ((index + 1) % preview === 0 || index === total - 1)
  const view = due ? step.view() : undefined
  const texts = view?.texts?.()
  return {
    ...progress,
    step: { index, total, time },
    ...(view?.raster && { picture: view.raster() }),
    ...(texts && { texts }),
  }
}
