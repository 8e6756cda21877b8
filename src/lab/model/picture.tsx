/** Pictures that a model made, side by side on one canvas, each pixel a whole number of the screen's where there is room. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Raster } from '../../files/io/raster.ts'
import type { Pixels } from '../draw/scene.ts'

/** Pictures in rows with a gap of a pixel. */
export function montage(rasters: readonly Raster[], columns: number, gap = 1): Pixels {
  const [wide, high] = [
    Math.max(1, ...rasters.map(({ width }) => width)),
    Math.max(1, ...rasters.map(({ height }) => height)),
  ]
  const across = Math.max(1, Math.min(columns, rasters.length))
  const rows = Math.max(1, Math.ceil(rasters.length / across))
  const [width, height] = [across * (wide + gap) - gap, rows * (high + gap) - gap]
  const data = new Uint8ClampedArray(4 * width * height)
  for (const [i, raster] of rasters.entries()) {
    const [left, top] = [(i % across) * (wide + gap), Math.floor(i / across) * (high + gap)]
    const depth = raster.data.length / (raster.width * raster.height)
    for (let y = 0; y < raster.height; y++) {
      for (let x = 0; x < raster.width; x++) {
        const from = (y * raster.width + x) * depth
        const to = ((top + y) * width + left + x) * 4
        for (let c = 0; c < 3; c++) data[to + c] = raster.data[from + c]!
        data[to + 3] = depth === 4 ? raster.data[from + 3]! : 255
      }
    }
  }
  return { width, height, data }
}

export interface PixelsViewProps {
  readonly pixels: Pixels
  readonly label: string
  /** The width that it may take, in pixels of the page. */
  readonly room: number
}

export function PixelsView({ pixels, label, room }: PixelsViewProps) {
  const ref = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const canvas = ref.current!
    canvas.width = pixels.width
    canvas.height = pixels.height
    canvas.getContext('2d')!.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0)
  }, [pixels])
  const most = room / pixels.width
  // where each pixel is small, uneven ones are hardly seen, and small pictures are
  const scale = most < 3 ? most : Math.floor(most)
  return (
    <canvas
      ref={ref}
      class="pixels"
      role="img"
      aria-label={label}
      style={{ width: `${Math.min(room, pixels.width * scale)}px` }}
    />
  )
}
