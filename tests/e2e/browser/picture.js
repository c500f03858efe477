// SPDX-License-Identifier: LGPL-2.1-or-later
// Looks at what a remote video track shows.

const picture = {
  // Returns: what look() needs.
  eye(track) {
    const element = document.createElement("video");
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    element.play();
    return element;
  },

  // Returns: {width, height, frames, light, contrast}; light is the mean and contrast the range of
  // the brightness, 0 to 255; null while there is no picture.
  look(element) {
    if (!element.videoWidth)
      return null;
    const canvas = document.createElement("canvas");
    canvas.width = 32;
    canvas.height = 24;
    const drawing = canvas.getContext("2d");
    drawing.drawImage(element, 0, 0, canvas.width, canvas.height);
    const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0, low = 255, high = 0;
    for (let i = 0; i < data.length; i += 4) {
      const light = (data[i] + data[i + 1] + data[i + 2]) / 3;
      sum += light;
      low = Math.min(low, light);
      high = Math.max(high, light);
    }
    return { width: element.videoWidth, height: element.videoHeight,
      frames: element.getVideoPlaybackQuality().totalVideoFrames,
      light: sum / (data.length / 4), contrast: high - low };
  },
};
