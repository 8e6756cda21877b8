/** Scenes on a canvas. */
import { fontFamily, type Pixels, type Scene, type Shape } from './scene.ts'

/** Draws a scene; the canvas becomes as large as the scene, in the pixels of the device. */
export function drawScene(canvas: HTMLCanvasElement, scene: Scene, ratio = globalThis.devicePixelRatio || 1): void {
  const [width, height] = [Math.round(scene.width * ratio), Math.round(scene.height * ratio)]
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  const context = canvas.getContext('2d')
  if (context === null) return
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = scene.background
  context.fillRect(0, 0, scene.width, scene.height)
  context.lineJoin = 'round'
  for (const shape of scene.shapes) drawShape(context, shape)
}

function drawShape(context: CanvasRenderingContext2D, shape: Shape): void {
  context.globalAlpha = 'opacity' in shape ? (shape.opacity ?? 1) : 1
  switch (shape.kind) {
    case 'rect':
      context.fillStyle = shape.fill
      return context.fillRect(shape.x, shape.y, shape.width, shape.height)
    case 'path':
      context.beginPath()
      trace(context, shape.points)
      if (shape.fill !== undefined) {
        context.fillStyle = shape.fill
        context.fill()
      }
      if (shape.stroke !== undefined) {
        context.setLineDash([...(shape.dash ?? [])])
        stroke(context, shape.stroke, shape.width ?? 1)
        context.setLineDash([])
      }
      return
    case 'segments':
      context.beginPath()
      for (let i = 0; i < shape.points.length; i += 4) {
        context.moveTo(shape.points[i]!, shape.points[i + 1]!)
        context.lineTo(shape.points[i + 2]!, shape.points[i + 3]!)
      }
      return stroke(context, shape.stroke, shape.width)
    case 'discs':
      return discs(context, shape)
    case 'text':
      return write(context, shape)
    case 'image':
      context.imageSmoothingEnabled = false
      context.drawImage(bitmapOf(shape.pixels), shape.x, shape.y, shape.width, shape.height)
      return
    case 'clip':
      context.save()
      context.beginPath()
      context.rect(shape.x, shape.y, shape.width, shape.height)
      context.clip()
      for (const inner of shape.shapes) drawShape(context, inner)
      return context.restore()
    case 'move':
      context.save()
      context.translate(shape.x, shape.y)
      for (const inner of shape.shapes) drawShape(context, inner)
      return context.restore()
  }
}

function trace(context: CanvasRenderingContext2D, points: Float32Array): void {
  let open = false
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!]
    if (!Number.isFinite(x) || !Number.isFinite(y)) open = false
    else if (open) context.lineTo(x, y)
    else {
      context.moveTo(x, y)
      open = true
    }
  }
}

function stroke(context: CanvasRenderingContext2D, colour: string, width: number): void {
  context.strokeStyle = colour
  context.lineWidth = width
  context.stroke()
}

/** Overlapping discs show as darker, so each is filled by itself; small ones as squares, which is much quicker. */
function discs(context: CanvasRenderingContext2D, { points, radius, fill }: Shape & { kind: 'discs' }): void {
  context.fillStyle = fill
  for (let i = 0; i < points.length; i += 2) {
    if (radius < 1.6) {
      context.fillRect(points[i]! - radius, points[i + 1]! - radius, 2 * radius, 2 * radius)
      continue
    }
    context.beginPath()
    context.arc(points[i]!, points[i + 1]!, radius, 0, 2 * Math.PI)
    context.fill()
  }
}

function write(context: CanvasRenderingContext2D, shape: Shape & { kind: 'text' }): void {
  const { x, y, text, size, fill, anchor = 'start', turn = 0, bold = false } = shape
  context.save()
  context.translate(x, y)
  if (turn !== 0) context.rotate((turn * Math.PI) / 180)
  context.font = `${bold ? '600 ' : ''}${size}px ${fontFamily}`
  context.textAlign = anchor === 'middle' ? 'center' : anchor
  context.fillStyle = fill
  context.fillText(text, 0, 0)
  context.restore()
}

function bitmapOf({ width, height, data }: Pixels): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  ;[canvas.width, canvas.height] = [width, height]
  canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0)
  return canvas
}
