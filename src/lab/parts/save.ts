/** Files that leave the page: pictures, SVG, texts; and copying. */
import { drawScene } from '../draw/canvas.ts'
import type { Pixels, Scene } from '../draw/scene.ts'

/** Offers bytes or a text as a file. */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Saves a scene as PNG, twice as fine as the page. */
export async function savePng(name: string, scene: Scene): Promise<void> {
  const canvas = document.createElement('canvas')
  drawScene(canvas, scene, 2)
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'))
  if (blob !== null) saveFile(`${name}.png`, blob, 'image/png')
}

/** Saves pixels as PNG, as many as they are. */
export async function saveRaster(name: string, { width, height, data }: Pixels): Promise<void> {
  const canvas = new OffscreenCanvas(width, height)
  canvas.getContext('2d')!.putImageData(new ImageData(data, width, height), 0, 0)
  saveFile(`${name}.png`, await canvas.convertToBlob({ type: 'image/png' }), 'image/png')
}

/** Saves a scene as SVG. */
export async function saveSvg(name: string, scene: Scene): Promise<void> {
  const { sceneSvg } = await import('../draw/svg.ts')
  saveFile(`${name}.svg`, sceneSvg(scene), 'image/svg+xml')
}

/** Copies a text; false where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
