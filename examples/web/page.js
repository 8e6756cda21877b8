/**
 * A page in two parts: it trains a model of points in a worker and draws them, and it opens a model folder and draws from that. It
 * gets the connection to its worker, which every bundler makes in its own way (see the folders beside this file).
 */
import { encodePicture, namedFiles } from 'tweedie/web/page'

/** @param {import('tweedie/web/page').Connection} tweedie */
export async function start(tweedie) {
  const [state, train, stop, canvas, folder, pictures] = ['state', 'train', 'stop', 'points', 'folder', 'pictures'].map(
    (id) => document.getElementById(id),
  )
  const say = (text) => (state.textContent = text)
  const failed = (error) => say(error.hint ? `${error.message}. ${error.hint}.` : error.message)

  tweedie.engine().then(({ why }) => say(`Ready. ${why}`), failed)

  let run
  train.addEventListener('click', async () => {
    try {
      run = tweedie.train({
        data: 'moons',
        options: { model: 'values', steps: 200, widths: [64, 64, 64], batch: 128, seed: 1 },
        name: 'moons',
        force: true,
      })
      for await (const event of run) {
        if (event.type === 'log') say(`Step ${event.line.step}: loss ${event.line.loss.toFixed(3)}`)
        if (event.type === 'end') say(`Trained: ${event.step} steps in ${event.seconds.toFixed(1)} s`)
      }
      const model = await run.model()
      plot(canvas, (await model.draw({ count: 500, steps: 20, seed: 1 })).values.data)
      model.dispose()
    } catch (error) {
      failed(error)
    }
  })
  stop.addEventListener('click', () => void run?.stop())

  folder.addEventListener('change', async () => {
    try {
      say('Drawing …')
      const model = await tweedie.open(namedFiles(folder.files))
      const drawn = await model.draw({ count: 8, steps: 10, seed: 1 })
      pictures.replaceChildren()
      for (const raster of drawn.pictures) {
        const image = new Image()
        image.src = URL.createObjectURL(await encodePicture(raster))
        pictures.append(image)
      }
      say(`Drawn: ${drawn.howText}`)
      model.dispose()
    } catch (error) {
      failed(error)
    }
  })
}

/** Points `[n, 2]` in the plane. */
function plot(canvas, values) {
  const context = canvas.getContext('2d')
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = '#36c'
  for (let i = 0; i < values.length; i += 2) {
    const [x, y] = [(values[i] + 2) / 5, (values[i + 1] + 2) / 4]
    context.fillRect(x * canvas.width, (1 - y) * canvas.height, 2, 2)
  }
}
