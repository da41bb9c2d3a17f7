// A beep for new tickets. Browsers let a page sound only after somebody has touched it.

const KEPT = "orderbuddy.kitchen.sound";

export class Sound {
  #context = null;
  #changed;

  /** `changed(isOn)` is called now and whenever it changes. */
  constructor(changed) {
    this.#changed = changed;
    if (localStorage.getItem(KEPT) === "on") {
      // It was on before the page was loaded: the first touch, whatever it is for, turns it on again.
      window.addEventListener("pointerdown", this.#resume, { once: true });
      window.addEventListener("keydown", this.#resume, { once: true });
    }
    changed(false);
  }

  get isOn() {
    return this.#context?.state === "running";
  }

  async toggle() {
    if (this.isOn) {
      localStorage.setItem(KEPT, "off");
      await this.#context.suspend();
      this.#changed(false);
      return;
    }
    localStorage.setItem(KEPT, "on");
    await this.#resume();
    this.beep();
  }

  beep() {
    if (!this.isOn) return;
    const start = this.#context.currentTime;
    for (const [at, frequency] of [[0, 880], [0.18, 1175]]) this.#tone(start + at, frequency);
  }

  #tone(start, frequency) {
    const oscillator = this.#context.createOscillator();
    const loudness = this.#context.createGain();
    oscillator.frequency.value = frequency;
    loudness.gain.setValueAtTime(0.4, start);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.16);
    oscillator.connect(loudness).connect(this.#context.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.17);
  }

  #resume = async () => {
    if (localStorage.getItem(KEPT) !== "on") return;
    this.#context ??= new AudioContext();
    await this.#context.resume();
    this.#changed(this.isOn);
  };
}
