// Whether one flies past the posts of a grid rather than looks at them: told by how far the window
// goes from one frame to the next.

const FAR = 0.6; // of a window from one frame to the next is flying past
const LANDING = 100; // milliseconds without it until one has landed

export class GridFlight {
  isOn = false;
  #landed;
  #at = 0;
  #timer = 0;
  #frame = 0;

  constructor(landed) {
    this.#landed = landed;
  }

  // To be told of each frame.
  moved(to = window.scrollY) {
    const far = Math.abs(to - this.#at) > window.innerHeight * FAR;
    this.#at = to;
    if (far) this.begin();
  }

  // The window moves along with what it shows.
  follow(by) {
    this.#at += by;
  }

  begin() {
    this.stop();
    this.isOn = true;
    this.#timer = setTimeout(() => this.#pass(2), LANDING);
  }

  stop() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
  }

  // Where frames take longer than that, only those that come tell whether it goes on.
  #pass(frames) {
    if (frames) this.#frame = requestAnimationFrame(() => this.#pass(frames - 1));
    else {
      this.isOn = false;
      this.#landed();
    }
  }
}
