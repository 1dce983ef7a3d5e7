"""What is made of a recording after the show: renditions, poster, storyboard, download."""
