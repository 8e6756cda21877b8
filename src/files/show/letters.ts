/** Small letters of dots, so that pictures can say something where there are no fonts: a page, a server, a terminal. */
import { depthOf, type Raster, type Rgb } from '../io/raster.ts'

/** Dots that a letter takes: five and one between, and nine rows, two of which are below the line. */
export const letterSize: readonly [width: number, height: number] = Object.freeze([6, 9])

const characters = "abcdefghijklmnopqrstuvwxyz0123456789.,'-:!?/()&+"
/** Of each character nine rows of five dots: a digit to base 32 each. */
const rows =
  '00e1fhf00 gguhhhu00 00ehghe00 11fhhhf00 00ehvge00 68u888800 00fhhhf1e gguhhhh00 40c444e00 ' +
  '20622222c ggikoki00 c44444e00 00qllll00 00uhhhh00 00ehhhe00 00uhhhugg 00fhhhf11 00mpggg00 ' +
  '00fge1u00 88u888600 00hhhhf00 00hhha400 00hllla00 00ha4ah00 00hhhhf1e 00v248v00 ehjlphe00 ' +
  '4c4444e00 eh168gv00 eh161he00 26aiv2200 vgu11he00 egguhhe00 v12448800 ehhehhe00 ehhf11e00 ' +
  '00000cc00 00000cc80 440000000 000e00000 00cc0cc00 444404400 eh1640400 122488g00 244444200 ' +
  '844444800 cicliid00 044v44000'

const dots = new Map(rows.split(' ').map((row, i) => [characters[i]!, Array.from(row, (digit) => parseInt(digit, 32))]))
/** What stands for characters that there are no dots for. */
const box = [31, 17, 17, 17, 17, 17, 31, 0, 0]

/**
 * Writes a line into a picture. Large letters are written small, and a character without a form of its own is a box; what goes beyond the
 * picture is left out.
 */
export function writeLetters(raster: Raster, text: string, at: readonly [x: number, y: number], colour: Rgb): void {
  const depth = depthOf(raster)
  Array.from(text.toLowerCase()).forEach((character, i) => {
    const form = character === ' ' ? [] : (dots.get(character) ?? box)
    form.forEach((bits, row) => {
      for (let column = 0; column < 5; column++) {
        const [x, y] = [at[0] + i * letterSize[0] + column, at[1] + row]
        const isInside = x >= 0 && y >= 0 && x < raster.width && y < raster.height
        if (((bits >> (4 - column)) & 1) === 0 || !isInside) continue
        raster.data.set(depth === 4 ? [...colour, 255] : colour, depth * (y * raster.width + x))
      }
    })
  })
}
