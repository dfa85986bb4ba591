// Photos: made small enough to be sent from anywhere, and given the hash that the server checks.
const LONGEST_SIDE = 1600;
const LARGEST = 900_000;
const QUALITIES = [0.82, 0.7, 0.55, 0.4];
const PLACE_MS = 5000;

/** Returns the picture in a file as a small JPEG, with its hash and, if allowed, where it was taken. */
export async function develop(file) {
  const [blob, place] = await Promise.all([shrink(file), whereabouts()]);
  return { blob, place, sha256: await hash(await blob.arrayBuffer()) };
}

/** Returns the SHA-256 of bytes, in hexadecimal digits. */
export async function hash(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Draws a picture into a canvas, as wide as asked for. */
export async function draw(blob, width) {
  const image = await createImageBitmap(blob);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = Math.round((width * image.height) / image.width);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return canvas;
}

async function shrink(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale));
  image.close();
  const canvas = await draw(file, width);
  let blob = null;
  for (const quality of QUALITIES) {
    blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob.size <= LARGEST) break;
  }
  return blob;
}

function whereabouts() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) {
      resolve(null);
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: coords.latitude, longitude: coords.longitude, accuracy_m: Math.min(coords.accuracy, 1e6) }),
      () => resolve(null),
      { timeout: PLACE_MS, maximumAge: 60_000 },
    );
  });
}
